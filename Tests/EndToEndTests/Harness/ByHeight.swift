import FoundationEssentials
import Glibc
import Testing

extension TestNode {
    /// A home whose chain plans nothing; an operator has declared `v2` for the height, if one is
    /// given.
    static func byHeight(
        _ height: Int?, sdk: String, chain: [String: String] = [:], v1: [String: String] = [:],
        v2: [String: String]? = [:]
    ) throws -> TestNode {
        let node = try TestNode(
            chain: ["upgrades": ""].merging(chain) { $1 },
            v1: ["sdk": sdk].merging(v1) { $1 },
            v2: v2.map { ["sdk": sdk, "handlers": ""].merging($0) { $1 } })
        if let height { try node.declare("v2", height: height) }
        return node
    }

    /// Writes a page of the plan book, as the supervisor does.
    func declare(_ name: String, height: Int) throws {
        try make("cosmovisor/.switchyard/plans")
        try write(
            #"{"name":"\#(name)","trigger":"height","height":\#(height)}"#,
            to: "cosmovisor/.switchyard/plans/\(name).json")
    }

    /// The switch by height is done and proven: the new binary made the very block, and none before.
    func isUpgraded(_ name: String = "v2", at height: Int) async throws {
        try await reaches(height + 2, name)
        try await shows("\(name), verified") { $0.plan == name && !$0.isProvisional }
        #expect(ledger.all("block", version: name).first?.details == "\(height)")
        #expect(ledger.violations == [])
    }

    /// The plans as the API shows them, once they are so.
    func showsPlan(
        _ what: String, _ name: String = "v2", _ isSo: (PlanView) -> Bool
    ) async throws {
        var seen: PlanView?
        try await eventually("the plan \(name) is \(what): \(seen as Any)\n\(log)") {
            guard exists("cosmovisor/.switchyard/api.sock"),
                let list = try? await get("/v1/plans", as: ListView<PlanView>.self)
            else { return false }
            seen = list.items.first { $0.name == name }
            return seen.map(isSo) ?? false
        }
    }

    /// Declares it to the supervisor; answers the status of that.
    func plan(_ name: String, at height: Int) async throws -> Int {
        try await curl(
            "/v1/plans/\(name)", "-X PUT", json: #"{"trigger":"height","height":\#(height)}"#
        ).status
    }

    /// An operator's word: that plan now, by the binary that is staged for it.
    func switchTo(_ name: String) async throws {
        var digest: String?
        try await eventually("the binary of \(name) is hashed") {
            digest = try await curl("/v1/plans/\(name)").json["binary"]?["sha256"]?.string
            return digest != nil
        }
        let answer = try await curl(
            "/v1/plans/\(name)/switch", json: #"{"sha256":"\#(digest ?? "")"}"#)
        #expect(answer.status == 202, "\(answer)")
    }

    /// The node hangs by its halt height.
    func halted(at height: Int) -> Bool {
        ledger.all("halt").contains { $0.details.hasPrefix("halt-height \(height)") }
    }

    func mode(of name: String) -> mode_t {
        var status = stat()
        return stat(path + "/" + name, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    func inode(of name: String) -> ino_t {
        var status = stat()
        return stat(path + "/" + name, &status) == 0 ? status.st_ino : 0
    }
}

/// As much of a plan as these tests look at.
struct PlanView: Decodable {
    let name: String
    let trigger: String
    let origin: String
    let state: String
    let height: Int?
    let reason: String
}
