"""Checks of the chart for Kubernetes, without a cluster: rendering, schemas, policies, summaries."""
