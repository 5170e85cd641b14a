import actions from "./actions.json";
import app from "./app.json";
import common from "./common.json";
import editor from "./editor.json";
import executions from "./executions.json";
import graph from "./graph.json";
import inspector from "./inspector.json";
import plans from "./plans.json";
import problems from "./problems.json";
import run from "./run.json";
import settings from "./settings.json";

export default { actions, app, common, editor, executions, graph, inspector, plans, problems, run, settings };
