"""What the parts of Relance promise each other: events, HTTP bodies between services, workflow inputs."""
