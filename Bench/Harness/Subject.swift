import Glibc

/// Who carries the daemon.
enum Subject {
    case switchyard
    /// The C program that does the least that an upgrade needs.
    case floor
    /// Nobody: the daemon itself.
    case direct

    /// - Parameter home: whose `current` the daemon itself is taken from.
    func path(in home: BenchHome) -> String {
        switch self {
        case .switchyard: Programs.switchyard
        case .floor: Programs.floor
        case .direct: home.binary(of: 1)
        }
    }

    var arguments: [String] {
        switch self {
        case .switchyard: ["run", "start"]
        case .floor: []
        case .direct: ["start"]
        }
    }
}

/// The executables that are measured, all built by the Makefile.
enum Programs {
    private static let folder: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init), as: UTF8.self)
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
    }()

    static var switchyard: String { folder + "/switchyard" }
    static var daemon: String { folder + "/bench-daemon" }
    static var clients: String { folder + "/bench-clients" }
    static var floor: String { folder + "/bench-floor" }
}
