extension Variable {
    /// What a config.toml may have as its value, besides the text that the environment takes.
    enum Form {
        /// `true` or `false`.
        case flag
        /// Integer nanoseconds, as Cosmovisor's `init` writes them.
        case duration
        /// An integer.
        case number
        case text

        /// What to write in a config.toml.
        var allowed: String {
            switch self {
            case .flag: "true or false"
            case .duration: "a string such as \"30s\", or integer nanoseconds"
            case .number: "an integer, or a string"
            case .text: "a string"
            }
        }
    }

    /// The name in a config.toml.
    var key: String { rawValue.lowercased() }

    var form: Form {
        switch self {
        case .allowDownloads, .requireChecksums, .restartAfterUpgrade, .skipBackup, .disableLogs,
            .colorLogs, .disableRecase, .allowRemote, .metricsOpen, .watchHeights, .fetchPrivate,
            .allowWeakChecksums:
            .flag
        case .restartDelay, .grace, .pollInterval, .waitForExit, .linger, .horizon: .duration
        case .preUpgradeRetries, .logBufferSize, .reserve, .maxUpload, .trustThreshold: .number
        case .home, .name, .root, .current, .backupDirectory, .timeFormat, .customPreUpgrade,
            .grpcAddress,
            .rpcAddress, .listen, .tokensFile, .apiGroup, .apiHosts, .startCommands, .restart,
            .trust, .trustSigners, .logFormat:
            .text
        }
    }

    /// The value as the environment would have it; nil for one of a type that this cannot be.
    ///
    /// Of Cosmovisor's durations 0 is none, for that is what its `init` writes where none is set.
    func text(of value: TOMLDocument.Value) -> String? {
        switch (form, value) {
        case (.duration, .integer(0)) where !rawValue.hasPrefix("SWITCHYARD_"): ""
        case (_, .string(let text)): text
        case (.flag, .boolean(let flag)): "\(flag)"
        case (.duration, .integer(let nanoseconds)): "\(nanoseconds)ns"
        case (.number, .integer(let number)): "\(number)"
        case (.flag, _), (.duration, _), (.number, _), (.text, _): nil
        }
    }
}
