/* The console's own script: each part listens on the document, so that swapped-in fragments work at once. */
import "./frame.js";
import "./menus.js";
import "./dialogs.js";
import "./tables.js";
import "./forms.js";
import "./filters.js";
import "./swaps.js";
import "./moments.js";
import "./popovers.js";
