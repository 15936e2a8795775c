"""Makes each artifact of the pipeline really: one module a stage, plus the walk over them."""
