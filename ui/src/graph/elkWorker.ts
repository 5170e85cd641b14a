// ELK's own worker, as a file of the bundle: the page's policy allows workers of its own origin and no others.

import "elkjs/lib/elk-worker.min.js";
