"""What crosses the wire, as values: references, manifests, messages, authorization."""
