"""What is measured over many rounds, and told as tables and pages."""
