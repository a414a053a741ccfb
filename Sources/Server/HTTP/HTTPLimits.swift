/// What the server allows each connection and listener.
struct HTTPLimits: Sendable {
    /// Bytes of a request's head.
    var head = 16 * 1024
    /// Header fields of a request.
    var headers = 64
    /// From a head's first byte to its last.
    var headTime = Duration.seconds(10)
    /// Without a byte between requests.
    var idleTime = Duration.seconds(30)
    /// Without progress in a body, either way.
    var stallTime = Duration.seconds(30)
    /// Bytes of a body that must come in each such time.
    var bodyFloor = 64 * 1024
    /// Bytes of a body that nobody wants and that are read all the same, to keep the connection.
    var unwantedBody = 64 * 1024
    /// How long, and for how many bytes, a closed connection's client is listened to, so that it
    /// reads the answer before it sees a reset.
    var lingerTime = Duration.seconds(2)
    var lingerBytes = 256 * 1024
    /// Connections of one listener, if there are descriptors for so many.
    var connections = 256

    /// Connections of each of so many listeners.
    ///
    /// All together they leave descriptors for the supervisor itself: it must be able to start a
    /// node while somebody holds every connection there is.
    func connections(for listeners: Int, descriptors: Int) -> Int {
        let share = (descriptors - DescriptorLimit.reserve) / max(1, listeners)
        return min(connections, max(1, share))
    }
}
