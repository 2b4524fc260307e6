"""The Rehearse view: a run of the selected workflow on a virtual clock, step by step, schedules and all."""
