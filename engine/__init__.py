"""BPMN machinery: runs drawings, decisions and forms, and has never heard of an enterprise."""
