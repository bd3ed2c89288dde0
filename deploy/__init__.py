"""What is needed to run Relance: here, on one machine; elsewhere, charts and images."""
