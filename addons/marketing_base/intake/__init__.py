"""Events from outside, judged one by one. Import the modules by name."""
