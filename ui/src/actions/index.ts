export { actionsOf, isMac, isTyping, keyName, keysOf } from "./keys";
export { ACTIONS, type ActionName, isActionName } from "./list";
export { Registry } from "./registry";
export { ActionContext, useAction, useOffer, useRegistry } from "./useAction";
export { useKeys } from "./useKeys";
