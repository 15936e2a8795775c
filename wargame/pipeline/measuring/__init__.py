"""What is measured of a round's service: one module a measurement, and the table of them all."""
