// Found through scripts/lint, which also lets require() see .run/lint/node_modules.
const js = require("@eslint/js");

const readonly = (...names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

const browser = readonly(
    "Blob",
    "CustomEvent",
    "DOMParser",
    "Event",
    "FormData",
    "HTMLElement",
    "MutationObserver",
    "Node",
    "Notification",
    "ResizeObserver",
    "URL",
    "URLSearchParams",
    "atob",
    "clearInterval",
    "clearTimeout",
    "console",
    "document",
    "fetch",
    "getComputedStyle",
    "localStorage",
    "location",
    "navigator",
    "requestAnimationFrame",
    "sessionStorage",
    "setInterval",
    "setTimeout",
    "window"
);
const worker = readonly("self");
// Odoo's bundles define these before our files run.
const odoo = readonly("Chart", "luxon", "odoo", "owl");

module.exports = [
    {ignores: ["**/static/lib/**", "**/node_modules/**", ".run/**"]},
    js.configs.recommended,
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: {...browser, ...odoo},
        },
        linterOptions: {reportUnusedDisableDirectives: "error"},
        rules: {
            complexity: ["error", 10],
            curly: "error",
            eqeqeq: ["error", "always", {null: "ignore"}],
            "max-lines": ["error", 250],
            "no-console": ["error", {allow: ["warn", "error"]}],
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-shadow": "error",
            "no-unused-vars": ["error", {argsIgnorePattern: "^_"}],
            "no-var": "error",
            "object-shorthand": "error",
            "prefer-const": "error",
        },
    },
    {
        files: ["**/static/plain/worker.js"],
        languageOptions: {globals: worker},
    },
    {
        files: ["**/*.cjs"],
        languageOptions: {
            sourceType: "commonjs",
            globals: readonly("module", "process", "require"),
        },
    },
];
