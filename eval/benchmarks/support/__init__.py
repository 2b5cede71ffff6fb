"""What the benchmarks share: the data, the pipeline they compare with, and how a result is printed."""
