// Live parts of pages by htmx, whose attributes are written data-hx-*. Its settings are in the
// page's <meta name="htmx-config">. Whatever would be compiled from text is refused here as well
// as by the page's policy.

import htmx from "htmx.org/dist/htmx.esm.js";

function refuse() {
  throw new Error("no code from attributes");
}

htmx.registerExtension("no-code", {
  init(api) {
    api.initSecurity(null, refuse, refuse);
  },
});
