"""Three classrooms on one machine: a hub and two sites, with a cable each that can be pulled."""
