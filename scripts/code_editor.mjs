/*
 * The JSON editor: upgrades <textarea data-json-editor> to CodeMirror 6. Bundled by scripts/vendor.py.
 *
 *   data-json-editor            upgrade this textarea; it stays in the form and keeps its value in step
 *   data-lint-url="/…"          POST the text as form field "document"; answer: JSON list of findings
 *   data-lint-findings="[…]"    findings known when the page was made, shown until the text changes
 *   data-completions="[…]"      words offered inside strings (action names, condition keys)
 *   data-phrases="{…}"          the editor's own texts in the page's language, by the English ones
 *
 * A finding: {"line": 1, "column": 1, "end_line"?, "end_column"?, "severity": "error|warning|info", "message": ""}.
 * The page's CSP nonce is read from <script nonce> so that CodeMirror's style sheet is accepted.
 */
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from "@codemirror/autocomplete";
import {defaultKeymap, history, historyKeymap} from "@codemirror/commands";
import {json, jsonParseLinter} from "@codemirror/lang-json";
import {
  HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting,
} from "@codemirror/language";
import {lintGutter, lintKeymap, linter} from "@codemirror/lint";
import {highlightSelectionMatches, searchKeymap} from "@codemirror/search";
import {EditorState} from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import {tags} from "@lezer/highlight";

const colours = HighlightStyle.define([
  {tag: tags.propertyName, color: "var(--color-code-property)"},
  {tag: tags.string, color: "var(--color-code-string)"},
  {tag: [tags.number, tags.bool, tags.null], color: "var(--color-code-constant)"},
]);

function csrfHeaders() {
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return field ? {"X-CSRFToken": field.value} : {};
}

function position(doc, line, column) {
  const row = doc.line(Math.min(Math.max(line || 1, 1), doc.lines));
  return Math.min(row.from + Math.max((column || 1) - 1, 0), row.to);
}

function toDiagnostics(doc, findings) {
  return findings.map((finding) => {
    const from = position(doc, finding.line, finding.column);
    const to = finding.end_line ? position(doc, finding.end_line, finding.end_column) : doc.lineAt(from).to;
    return {from, to: Math.max(from, to), severity: finding.severity || "error", message: finding.message};
  });
}

function policyLinter(textarea) {
  const parse = jsonParseLinter();
  const known = JSON.parse(textarea.dataset.lintFindings || "[]");
  const original = textarea.value;
  return linter(async (view) => {
    const text = view.state.doc.toString();
    const broken = text.trim() ? parse(view) : [];
    if (broken.length) return broken;
    if (known.length && text === original) return toDiagnostics(view.state.doc, known);
    if (!textarea.dataset.lintUrl) return [];
    const response = await fetch(textarea.dataset.lintUrl, {
      method: "POST",
      headers: csrfHeaders(),
      body: new URLSearchParams({document: text}),
      credentials: "same-origin",
    });
    if (!response.ok) return [];
    return toDiagnostics(view.state.doc, await response.json());
  }, {delay: 600});
}

function wordsInStrings(words) {
  return (context) => {
    const word = context.matchBefore(/[\w:*/.-]+/);
    if (!word && !context.explicit) return null;
    return {from: word ? word.from : context.pos, options: words.map((label) => ({label, type: "text"}))};
  };
}

function announcePosition(textarea, view) {
  const head = view.state.selection.main.head;
  const line = view.state.doc.lineAt(head);
  const target = textarea.closest(".json-editor")?.querySelector("[data-editor-position]");
  if (target) target.textContent = target.dataset.template.replace("%line", line.number).replace("%column", head - line.from + 1);
}

/** Replace the textarea by an editor; returns the EditorView. A second call on the same textarea does nothing. */
function upgrade(textarea) {
  if (textarea.dataset.jsonEditorReady) return null;
  textarea.dataset.jsonEditorReady = "true";
  const nonce = document.querySelector("script[nonce]")?.nonce || "";
  const words = JSON.parse(textarea.dataset.completions || "[]");
  const label = textarea.getAttribute("aria-label") || textarea.labels?.[0]?.textContent.trim() || "JSON";
  // The Tab stop stands in so many words for those tools that do not count editable text as one.
  const attributes = {"aria-label": label, lang: "en", tabindex: "0"};
  const described = textarea.getAttribute("aria-describedby");
  if (described) attributes["aria-describedby"] = described;
  if (textarea.getAttribute("aria-invalid") === "true") attributes["aria-invalid"] = "true";
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(),
        closeBrackets(), autocompletion({override: words.length ? [wordsInStrings(words)] : null}),
        highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), indentUnit.of("  "),
        EditorState.phrases.of(JSON.parse(textarea.dataset.phrases || "{}")),
        EditorState.tabSize.of(2), EditorState.readOnly.of(textarea.readOnly),
        keymap.of([
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
          ...completionKeymap, ...lintKeymap,
        ]),
        json(), policyLinter(textarea), syntaxHighlighting(colours),
        EditorView.contentAttributes.of(attributes),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            textarea.value = update.state.doc.toString();
            textarea.dispatchEvent(new Event("input", {bubbles: true}));
          }
          if (update.selectionSet || update.docChanged) announcePosition(textarea, update.view);
        }),
      ],
    }),
  });
  textarea.after(view.dom);
  textarea.hidden = true;
  announcePosition(textarea, view);
  // Other scripts set the text by this event: new CustomEvent("editor:set", {detail: text}).
  textarea.addEventListener("editor:set", (event) => {
    view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: event.detail}});
  });
  textarea.addEventListener("focus", () => view.focus());
  return view;
}

function upgradeAll(root) {
  for (const textarea of root.querySelectorAll("textarea[data-json-editor]")) upgrade(textarea);
}

window.kmsCodeEditor = {upgrade, upgradeAll};
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", () => upgradeAll(document));
} else {
  upgradeAll(document);
}
document.addEventListener("htmx:afterSettle", (event) => upgradeAll(event.target));
