"""The demo: real purchases in, one campaign out, and what came of it."""
