package station

// Plugged is plugged, for tests.
var Plugged = plugged
