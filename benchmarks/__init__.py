"""What we claim about speed, runnable, each beside what a user would pick instead: `make bench`, docs/speed.md."""
