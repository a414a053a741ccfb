import CLinux
import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// Releases and the servers that have them, by `releases.py`; one for all tests, gone with them.
struct ReleaseSite: Sendable {
    let folder: String
    private let ports: [String: Int]
    private let process: TestProcess
    /// The servers live for as long as it is open.
    private let input: Int32

    /// A task without a parent, since no test is the parent of what all of them share.
    private static let common = Task { try await ReleaseSite() }

    static var shared: ReleaseSite { get async throws { try await common.value } }

    private init() async throws {
        var template = Array("/tmp/switchyard-releases-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw HarnessError("pipe") }
        let script = #filePath.replacing("ReleaseSite.swift", with: "releases.py")
        let log = folder + "/ports"
        process = try TestProcess(
            "/usr/bin/env", ["python3", script, folder, Programs.switchyard],
            environment: ["PATH": "/usr/bin:/bin"], input: ends[0], log: log)
        close(ends[0])
        func text() -> String {
            String(decoding: (try? Data(contentsOf: URL(filePath: log))) ?? Data(), as: UTF8.self)
        }
        try await eventually("the servers listen: \(text())") { text().hasSuffix("}\n") }
        self.folder = folder
        input = ends[1]
        ports = try JSONDecoder().decode([String: Int].self, from: Data(text().utf8))
    }

    /// - Parameter kind: `stalled` for one that stops half-way, `endless` for one that never does,
    ///   `cut` for one that ends half-way, `cut-once` for the first time alone, `gated` for one that
    ///   goes on from half-way when a FIFO beside the file, `.gate`, is opened to be written.
    func url(_ name: String, server: String = "server", kind: String = "file") -> String {
        let scheme = server == "http" ? "http" : "https"
        return "\(scheme)://localhost:\(ports[server] ?? 0)/\(kind)/\(name)"
    }

    func path(_ name: String) -> String { "\(folder)/files/\(name)" }

    func digest(_ name: String) throws -> String {
        var digest = RunningDigest()
        digest.update(Array(try Data(contentsOf: URL(filePath: path(name)))))
        return digest.digests.sha256 ?? ""
    }

    /// An address with the right checksum.
    func pinned(_ name: String) throws -> String {
        "\(url(name))?checksum=sha256:\(try digest(name))"
    }

    /// The simulated chain itself, as a release that is served; its address with the right checksum.
    func serveSimchain(as name: String) throws -> String {
        let data = try Data(contentsOf: URL(filePath: Programs.copyOfSimchain))
        try data.write(to: URL(filePath: path(name)), options: .atomic)
        return try pinned(name)
    }

    /// What a plan says whose binary is the simulated chain itself, served under that name.
    func simchainInfo(_ name: String) throws -> String {
        Self.info(try serveSimchain(as: name))
    }

    /// What a plan says whose binary has that address.
    static func info(_ address: String) -> String {
        #"{"binaries":{"\#(PlanInfo.platform)":"\#(address)"}}"#
    }

    /// A text that is served, too.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
    }

    /// Whether a file was asked for.
    func wasAsked(for name: String) throws -> Bool {
        log.contains("/\(name)\n")
    }

    /// How often a file was asked for.
    func requests(_ name: String, kind: String) -> Int {
        log.split(separator: "\n").count { $0 == "\(kind)/\(name)" }
    }

    private var log: String {
        let log = try? Data(contentsOf: URL(filePath: folder + "/log"))
        return String(decoding: log ?? Data(), as: UTF8.self)
    }

    /// For the supervisor's own environment.
    var environment: [String: String] {
        ["SSL_CERT_FILE": folder + "/server-ca.crt", "SWITCHYARD_FETCH_PRIVATE": "true"]
    }
}

extension UploadBench {
    /// Begins to stage a binary, and waits for the end.
    func prepare(
        _ plan: String, from source: String, _ arguments: String = "", wait: Int = 50
    ) async throws -> CurlAnswer {
        try await node.curl(
            "/v1/plans/\(plan)/prepare", "-H 'Prefer: wait=\(wait)' \(arguments)", json: source)
    }

    func prepare(
        _ plan: String, url: String, _ arguments: String = "", wait: Int = 50
    ) async throws -> CurlAnswer {
        try await prepare(
            plan, from: #"{"source":"url","url":"\#(url)"}"#, arguments, wait: wait)
    }

    /// Declares a plan with that info, and stages what it names.
    func prepare(_ plan: String, info: String) async throws -> CurlAnswer {
        try await declare(plan, info: info)
        return try await prepare(plan, from: #"{"source":"plan"}"#)
    }

    func declare(_ plan: String, info: String? = nil, pin: String? = nil) async throws {
        var members: [String: JSONValue] = ["trigger": .string("manual")]
        members["info"] = info.map { .string($0) }
        members["expected_sha256"] = pin.map { .string($0) }
        let body = String(
            decoding: try JSONEncoder().encode(JSONValue.object(members)), as: UTF8.self)
        let path = "/v1/plans/\(plan)"
        var answer = try await node.curl(path, "-X PUT", json: body)
        if answer.status == 428 {
            answer = try await node.curl(path, "-X PUT -H 'If-Match: *'", json: body)
        }
        guard answer.status < 300 else { throw HarnessError("not declared: \(answer.body)") }
    }

    /// Uploads as an operator who names the digest.
    func put(
        _ plan: String, archive: String, token: String, _ arguments: String = ""
    ) async throws -> CurlAnswer {
        try CurlAnswer(try await put(plan, archive, token: token, arguments))
    }

    func binary(_ plan: String) async throws -> JSONValue {
        try await node.curl("/v1/plans/\(plan)").json["binary"] ?? .null
    }

    /// Files below a release's folder, in order.
    func files(_ release: String) async throws -> [String] {
        let folder = "\(node.path)/cosmovisor/upgrades/\(release)"
        return try await shell(
            "cd \"$FOLDER\" && find . -type f | sed 's|^./||'", ["FOLDER": folder]
        )
        .split(separator: "\n").map(String.init).sorted()
    }

    /// Nothing of what was refused is left: neither in quarantine nor where anything runs.
    func isClean(_ plan: String) throws -> Bool {
        try quarantine.isEmpty && !node.exists("cosmovisor/upgrades/\(plan)")
    }
}

extension CurlAnswer {
    /// Of an operation: its problem's slug.
    var failure: String? {
        json["problem"]?["type"]?.string?.split(separator: "/").last.map(String.init)
    }

    /// It is an operation that has failed, for that reason and in those words.
    func expect(
        failed slug: String, _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            json["state"]?.string == "failed" && failure == slug, "\(body)",
            sourceLocation: sourceLocation)
        for word in words {
            #expect(detail.contains(word), "\(body)", sourceLocation: sourceLocation)
        }
        let remedy = json["problem"]?["remedy"]?.string
        #expect(remedy?.isEmpty == false, sourceLocation: sourceLocation)
    }

    var detail: String { (json["problem"]?["detail"] ?? json["detail"])?.string ?? "" }
}
