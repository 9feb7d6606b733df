"""The only room that knows SpiffWorkflow: reads a drawing, runs an instance to its next wait states, stores what is alive."""
