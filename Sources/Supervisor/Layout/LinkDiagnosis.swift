import Glibc

/// What is wrong with `current`, in words, and the command that mends it.
struct LinkDiagnosis {
    let home: Home

    init(_ home: Home) {
        self.home = home
    }

    func missing(_ sign: UpgradeTraces.Sign) -> Block {
        block("it is missing, and \(sign.what)\(leftAside)", remedy: pointing(at: sign.directory))
    }

    func unseen(_ error: SystemError) -> Block {
        block("it is missing, and what was run here cannot be seen: \(error)")
    }

    func unreadable(_ error: SystemError) -> Block { block("\(error)") }

    /// - Parameters:
    ///   - target: Where it leads.
    ///   - text: What it says.
    func outside(_ target: String, _ text: String) -> Block {
        let directory = home.directory(ofForeignLink: text)
        let own = directory.flatMap { home.hasFolder($0) ? $0 : nil }
        return block(
            "it points at \(target), outside of the layout", remedy: own.map(pointing(at:)))
    }

    func dangling(_ text: String) -> Block {
        if realpathFails(with: ELOOP) {
            return block("it points at \(text), which leads in a circle")
        }
        let directory = home.directory(ofLink: text) ?? home.directory(ofForeignLink: text)
        let why = "it points at \(text), which leads nowhere"
        guard let directory, let namesake = namesake(of: directory) else {
            return block(why + leftAside, remedy: lastRun.map(pointing(at:)))
        }
        return block(
            "\(why): there is \(namesake), which differs in case", remedy: pointing(at: namesake))
    }

    /// Something that is no link lies in its place.
    var obstacle: Block {
        var status = stat()
        let kind = lstat(home.current, &status) == 0 ? status.st_mode & S_IFMT : 0
        if kind == S_IFDIR, isMounted(status) {
            return block(
                "it is a mount point, which cannot be switched",
                remedy: "mount \(home.state) as a whole instead, with current a link in it")
        }
        let what =
            switch kind {
            case S_IFDIR: "a folder"
            case S_IFREG: "a regular file"
            default: "no symbolic link"
            }
        let directory = lastRun ?? home.genesis.directory
        // `ln` alone would make the link within the folder.
        return block(
            "it is \(what)",
            remedy: "move it away and point a link at the release that is to run: mv "
                + "\(home.current.shellWord) \((home.current + ".old").shellWord) && "
                + command(directory))
    }

    // MARK: - Remedies

    private func block(_ what: String, remedy: String? = nil) -> Block {
        Block(
            .linkBroken, reason: "\(home.current) cannot be followed: \(what)",
            remedy: remedy ?? "point it at the release that is to run: "
                + command("upgrades/<name>"))
    }

    private func pointing(at directory: String) -> String {
        "if the data belongs to \(directory), point it there: " + command(directory)
    }

    private func command(_ directory: String) -> String {
        let text = home.linkText(to: directory)
        let word = text.contains("<") ? text : text.shellWord
        return "ln -sfn \(word) \(home.current.shellWord)"
    }

    // MARK: - Looking

    /// A link that a switch has made and not put in place, where it is not certain what it means.
    private var leftAside: String {
        guard let text = ProcFile.link(home.linkAside) else { return "" }
        return "; .current.new, which a switch has left, points at \(text)"
    }

    private var lastRun: String? { (try? UpgradeTraces(home).strongest())?.directory }

    private func namesake(of directory: String) -> String? {
        let names = ProcFile.names(in: home.upgrades).map { "upgrades/" + $0 }.sorted()
        return names.first { $0 != directory && $0.lowercased() == directory.lowercased() }
    }

    private func realpathFails(with code: Int32) -> Bool {
        var status = stat()
        return stat(home.current, &status) != 0 && errno == code
    }

    /// Of another device than the folder it lies in, or named among the mounts.
    private func isMounted(_ status: stat) -> Bool {
        var parent = stat()
        if stat(home.state, &parent) == 0, parent.st_dev != status.st_dev { return true }
        let mounts = ProcFile.text("/proc/self/mountinfo") ?? ""
        let name = home.current.split(separator: "/").last ?? ""
        let path = (realPath(home.state) ?? home.state) + "/" + name
        return mounts.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 4 && fields[4] == path
        }
    }
}

extension Block {
    static func switchFailed(_ home: Home, _ error: SystemError) -> Block {
        Block(
            .switchFailed, reason: "the link could not be switched: \(error)",
            remedy: "make \(home.state) writable, then start the node")
    }
}

extension String {
    /// As one word of a POSIX shell.
    var shellWord: String {
        let plain = unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic && scalar.isASCII || ("0"..."9").contains(scalar)
                || "/._-%+=:@,~".unicodeScalars.contains(scalar)
        }
        guard !plain || isEmpty else { return self }
        return "'"
            + split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
