import Glibc
import Supervisor

/// A config.toml as it was read: Cosmovisor's keys and ours, each with its place.
struct ConfigFile: Sendable, Equatable {
    /// As the operator named it.
    let path: String
    let values: [Variable: Value]
    /// Values of a type that their key cannot have.
    let problems: [ConfigurationProblem]
    /// Keys that nobody reads; one sentence each.
    let warnings: [String]

    struct Value: Sendable, Equatable {
        /// As the environment would have it.
        let text: String
        let place: TextPlace
    }

    /// Bytes: many times what all keys need.
    static let limit = 64 * 1024

    /// The file that is named on the command line, which must be there.
    ///
    /// It may be a link, as every file of a mounted ConfigMap is: whoever names it answers for it.
    static func named(_ path: String) throws(ConfigurationErrors) -> ConfigFile {
        guard let resolved = realpath(path, nil) else {
            let error: ForeignFileError =
                errno == ENOENT ? .absent : .system(SystemError("realpath"))
            throw .unreadable(path, error)
        }
        defer { free(resolved) }
        return try read(String(cString: resolved), shownAs: path)
    }

    /// The file at its usual place, if there is one; no link is followed.
    static func usual(_ path: String) throws(ConfigurationErrors) -> ConfigFile? {
        // Looked at first, so that a link that leads nowhere does not pass for no file.
        var status = stat()
        guard lstat(path, &status) == 0 || ![ENOENT, ENOTDIR].contains(errno) else { return nil }
        return try read(path, shownAs: path)
    }

    private static func read(
        _ path: String, shownAs name: String
    ) throws(ConfigurationErrors) -> ConfigFile {
        let bytes: [UInt8]
        do throws(ForeignFileError) {
            bytes = try ForeignFile.read(path, limit: limit).bytes
        } catch {
            throw .unreadable(name, error)
        }
        return try ConfigFile(path: name, bytes: bytes)
    }

    /// - Throws: when the bytes are no TOML; what is wrong with single values is in `problems`.
    init(path: String, bytes: [UInt8]) throws(ConfigurationErrors) {
        let document: TOMLDocument
        do throws(TOMLError) {
            document = try TOMLDocument(bytes)
        } catch {
            let place = error.place.inWords(of: path)
            throw ConfigurationErrors(problems: [
                ConfigurationProblem(
                    variable: nil,
                    message: "the config file is not valid: \(escaped(error.message)) (\(place))")
            ])
        }
        var collected = Collected(path: path)
        for entry in document.entries { collected.take(entry) }
        self.path = path
        values = collected.values
        problems = collected.problems
        warnings = collected.warnings
    }
}

/// What the entries of a file come to, one after another.
private struct Collected {
    let path: String
    var values: [Variable: ConfigFile.Value] = [:]
    var problems: [ConfigurationProblem] = []
    var warnings: [String] = []

    init(path: String) {
        self.path = path
    }

    mutating func take(_ entry: TOMLDocument.Entry) {
        let place = entry.place.inWords(of: path)
        // As with Cosmovisor, whose keys may be in any case.
        guard let variable = Variable(rawValue: entry.key.uppercased()) else {
            warnings.append(Self.warning(of: entry.key) + " (\(place))")
            return
        }
        if let other = values[variable] {
            let first = other.place.inWords(of: path)
            refuse(variable, "\(variable.key) is there twice (\(first), and \(place))")
        } else if let text = variable.text(of: entry.value) {
            values[variable] = ConfigFile.Value(text: text, place: entry.place)
        } else {
            refuse(
                variable,
                "\(variable.key) must be \(variable.form.allowed), got \(entry.value.kind) "
                    + "(\(place))")
        }
    }

    private mutating func refuse(_ variable: Variable, _ message: String) {
        problems.append(ConfigurationProblem(variable: variable, message: message))
    }

    private static func warning(of key: String) -> String {
        let near = Variable.nearest(to: key.uppercased())
        return "the key \(quoted(key)) is not known and ignored"
            + (near.map { "; did you mean \($0.key)?" } ?? "")
    }
}

extension ConfigurationErrors {
    fileprivate static func unreadable(
        _ path: String, _ error: ForeignFileError
    ) -> ConfigurationErrors {
        var problem = ConfigurationProblem(
            variable: nil,
            message: "the config file \(quoted(path)) cannot be read: \(escaped("\(error)"))")
        if case .system(let cause) = error { problem.isForbidden = cause.code == EACCES }
        return ConfigurationErrors(problems: [problem])
    }
}
