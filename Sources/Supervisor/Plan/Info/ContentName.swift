/// What an address leads to, as far as its own words tell.
///
/// Words refuse, and never vouch: what comes is looked at all the same.
struct ContentName {
    private let host: String
    /// Decoded parts of the path.
    private let segments: [String]
    private let fileName: String

    init(_ address: AddressText, _ fileName: String) {
        host = address.host
        segments = address.segments
        self.fileName = fileName
    }

    /// - Throws: `.page`, `.sourceArchive`, `.noProgram`, `.otherPlatform`.
    func requireProgram(_ rules: SourceRules) throws(SourceRefusal) {
        try requireNoSource(rules)
        try requireNoPage()
        if let what = noProgram {
            throw SourceRefusal(.noProgram, "the address is that of \(what): \(fileName.inQuotes)")
        }
        try PlatformWords(fileName, rules).require(rules.platform)
    }

    // MARK: - Pages

    func requireNoPage() throws(SourceRefusal) {
        let ending = fileName.split(separator: ".").last?.lowercased() ?? ""
        let isDocument =
            fileName.contains(".") && ["md", "html", "htm", "rst", "pdf"].contains(ending)
            || fileName.lowercased().hasPrefix("readme")
        guard isDocument || isPage else { return }
        throw SourceRefusal(
            .page,
            "the address leads to a page for people: \(segments.joined(separator: "/").inQuotes)")
    }

    /// A page of a place where code is kept, such as the one of a release.
    private var isPage: Bool {
        if ["github.com", "www.github.com"].contains(host) {
            let pages: Set<String> = [
                "tree", "blob", "wiki", "commit", "commits", "pull", "pulls", "issues", "actions",
                "tags", "compare", "discussions", "blame",
            ]
            guard segments.count > 2 else { return true }
            guard segments[2] != "releases" else { return !segments.contains("download") }
            return pages.contains(segments[2])
        }
        let pages: Set<String> = ["releases", "tree", "blob", "tags", "commits", "issues", "wikis"]
        // GitLab's.
        return zip(segments, segments.dropFirst()).contains {
            $0 == "-" && pages.contains($1) && !segments.contains("downloads")
        }
    }

    // MARK: - Sources

    private func requireNoSource(_ rules: SourceRules) throws(SourceRefusal) {
        let daemon = PlatformWords.words(rules.daemon)
        let isNamed = PlatformWords.words(fileName).contains {
            ["src", "source", "sources"].contains($0) && !daemon.contains($0)
        }
        guard isNamed || isSnapshot else { return }
        throw SourceRefusal(.sourceArchive, "the address is that of sources: \(fileName.inQuotes)")
    }

    /// Made of a repository's files by the place where they are kept.
    private var isSnapshot: Bool {
        switch host {
        case "github.com", "www.github.com", "api.github.com":
            return segments.dropFirst(2).contains {
                ["archive", "tarball", "zipball"].contains($0)
            }
                && !segments.contains("releases")
        case "codeload.github.com": return true
        case "codeberg.org", "gitea.com": return segments.dropFirst(2).first == "archive"
        case "bitbucket.org": return segments.dropFirst(2).first == "get"
        default:
            return zip(segments, segments.dropFirst()).contains { $0 == "-" && $1 == "archive" }
        }
    }

    // MARK: - Other files

    private var noProgram: String? {
        let name = fileName.lowercased()
        if name.contains("sha256sum") || name.contains("sha512sum") || name.contains("checksums") {
            return "a list of checksums"
        }
        return switch name.contains(".") ? name.split(separator: ".").last : nil {
        case "sha256", "sha512", "md5", "sha1": "a checksum"
        case "asc", "sig", "minisig", "pem", "sbom": "a signature or a certificate"
        case "txt", "json", "yaml", "yml", "toml": "a text"
        case "deb", "rpm", "apk", "snap", "appimage": "a package of a distribution"
        default: nil
        }
    }
}
