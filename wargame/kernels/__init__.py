"""Pure numerical algorithms on arrays and bytes; they know nothing of cards or games."""
