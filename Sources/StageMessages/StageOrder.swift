/// What one run of `switchyard-stage` is to do, told in one line of JSON on its standard input.
///
/// The input stays open for as long as the result is wanted: its end ends the run.
package enum StageOrder: Codable, Sendable, Equatable {
    case fetch(FetchOrder)
    case unpack(UnpackOrder)
    case probe(ProbeOrder)
}

/// Gets one URL.
///
/// What comes is written to descriptor 3, in order: a pipe does.
package struct FetchOrder: Codable, Sendable, Equatable {
    /// Without what is meant for us: no `checksum`, no `archive`.
    package var url: String
    package var origin: Origin
    /// Addresses of this host and of private networks may be connected to.
    package var allowsPrivate: Bool
    /// Bytes; more is a failure.
    package var limit: Int64
    package var patience = Patience()

    /// Who named the URL.
    package enum Origin: String, Codable, Sendable {
        /// Anybody: https alone, to public addresses alone.
        case chain
        /// Who runs this host: to its loopback also http.
        case `operator`
    }

    package struct Patience: Codable, Sendable, Equatable {
        package var connectSeconds = 10
        /// Without a byte.
        package var stallSeconds = 30
        package var attempts = 5
        /// Before the second attempt; doubled before each later one.
        package var pauseMilliseconds = 1000
        package var redirects = 5

        package init() {}
    }

    package init(url: String, origin: Origin, allowsPrivate: Bool, limit: Int64) {
        self.url = url
        self.origin = origin
        self.allowsPrivate = allowsPrivate
        self.limit = limit
    }
}

/// Unpacks the archive in descriptor 3 into the empty folder of descriptor 4.
package struct UnpackOrder: Codable, Sendable, Equatable {
    package var limits = Limits()

    /// Of all entries together, whatever becomes of them.
    package struct Limits: Codable, Sendable, Equatable {
        package var entries = 4096
        /// Logical: holes count.
        package var bytes: Int64 = 4 << 30
        /// Bytes out for each byte in, once `ratioFrom` bytes have come out.
        package var ratio: Int64 = 100
        package var ratioFrom: Int64 = 64 << 20
        /// Bytes of a path.
        package var path = 512

        package init() {}
    }

    package init() {}
}

/// Runs a program that came from outside where it can do no harm.
///
/// Of the system it sees the libraries, and its own folder. After the first report on standard output
/// comes whatever it prints there.
package struct ProbeOrder: Codable, Sendable, Equatable {
    package var program: String
    package var arguments: [String]
    /// Folders that it may read, its own included; absolute.
    package var folders: [String]
    /// `NAME=value`.
    package var environment: [String]
    /// The one folder that it may write to; absolute, nil for none.
    ///
    /// Daemons make their configuration in HOME before they say anything.
    package var home: String?

    package init(
        program: String, arguments: [String], folders: [String], environment: [String],
        home: String? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.folders = folders
        self.environment = environment
        self.home = home
    }
}
