"""The house keeps its shape: who may import whom, where data points, what every page must say."""
