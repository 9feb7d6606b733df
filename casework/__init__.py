"""The domain: one public function per thing a person may do; knows nothing of Flask, of cron or of SpiffWorkflow."""
