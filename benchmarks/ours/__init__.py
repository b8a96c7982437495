"""Children that run the product's own code in process; benchmarks/crew.py speaks with them."""
