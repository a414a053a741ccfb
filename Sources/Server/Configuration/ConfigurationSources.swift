import Supervisor

/// Where values come from, the stronger first: flags, the environment, a config file.
///
/// A variable or key that is empty counts as not set, as with Cosmovisor; only the time format may
/// be set to nothing, which is no time.
struct ConfigurationSources: Sendable {
    let flags: [Variable: String]
    let environment: [String: String]
    let file: ConfigFile?

    init(
        flags: [Variable: String] = [:], environment: [String: String], file: ConfigFile? = nil
    ) {
        self.flags = flags
        self.environment = environment
        self.file = file
    }

    /// As above, with the file that is named, or else the one at its usual place below the home
    /// that the environment names.
    init(
        flags: [Variable: String], environment: [String: String], configFile: String?
    ) throws(ConfigurationErrors) {
        let outer = ConfigurationSources(flags: flags, environment: environment)
        let file: ConfigFile?
        if let configFile {
            file = try .named(configFile)
        } else if let home = outer.value(of: .home)?.text, home.hasPrefix("/") {
            let root = outer.value(of: .root)?.text
            file = try .usual(Home(path: home, daemonName: "", root: root).configFile)
        } else {
            file = nil
        }
        self.init(flags: flags, environment: environment, file: file)
    }

    /// The strongest that says something.
    func value(of variable: Variable) -> Given? {
        let isSaid = { (text: String) in !text.isEmpty || variable == .timeFormat }
        if let text = flags[variable], isSaid(text) { return Given(text: text, origin: .flag) }
        if let text = environment[variable.rawValue], isSaid(text) {
            return Given(text: text, origin: .environment)
        }
        if let file, let value = file.values[variable], isSaid(value.text) {
            return Given(
                text: value.text, origin: .file(path: file.path, place: value.place))
        }
        return nil
    }

    var origins: [Variable: Origin] {
        Dictionary(
            uniqueKeysWithValues: Variable.allCases.compactMap { variable in
                value(of: variable).map { (variable, $0.origin) }
            })
    }

    /// Names that nobody reads; one sentence each.
    var suspicions: [String] {
        Variable.suspicions(in: environment) + (file?.warnings ?? [])
    }

    /// What somebody has set a variable to.
    struct Given {
        /// As the environment would have it.
        let text: String
        let origin: Origin
    }
}

/// Where an effective value comes from.
enum Origin: Sendable, Equatable {
    case `default`
    case environment
    case file(path: String, place: TextPlace)
    case flag

    /// The word for it in the API.
    var word: String {
        switch self {
        case .default: "default"
        case .environment: "environment"
        case .file: "file"
        case .flag: "flag"
        }
    }

    /// The word, or the place in the file.
    var description: String {
        guard case .file(let path, let place) = self else { return word }
        return place.inWords(of: path)
    }
}
