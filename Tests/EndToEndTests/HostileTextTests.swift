import FoundationEssentials
import Supervisor
import Testing

/// Text of others in all that a person or a program reads line by line.
struct HostileTextTests {
    /// What a name can be made of besides a byte: turned around, without a width, a line's end of
    /// Unicode, quotes of several kinds.
    private static let names = [
        "%E2%80%AEv", "%E2%81%A6v", "%E2%80%A8v", "%EF%BB%BFv", "%22%5C%27v", "%25s%25nv",
        "v%C2%85",
        "v%C2%9B31m", "%7Bv%7D%22%7D", "v%20a=b", "%3Cimg%20src=x%20onerror=alert(1)%3E",
    ]

    @Test func `each thing that is told stays one line, and shows what it is made of`() async throws
    {
        let node = try TestNode(chain: ["upgrades": "v2@1000000"])
        let notify = try NotifySocket(node.path + "/notify")
        try node.start(["NOTIFY_SOCKET": node.path + "/notify"])
        try await node.shows("a daemon") { $0.daemon?.pid != nil }
        let bytes = (0...255).map { byte in
            "x%" + (byte < 16 ? "0" : "") + String(byte, radix: 16) + "y"
        }
        let codes = try await declare(Self.names + bytes, on: node)
        #expect(codes.filter { $0 == "201" }.count > 70, "\(codes)")
        #expect(codes.allSatisfy { ["201", "400", "409", "422"].contains($0) }, "\(codes)")
        let reason = "\u{202e}a\u{2028}b\u{2029}\\u001b\\\"}"
        let stop = try await node.curl(
            "/v1/daemon/stop", "-H 'Prefer: wait=50'", json: "{\"reason\":\"\(reason)\"}")
        #expect(stop.status == 422)
        try await node.act("stop", "{\"reason\":\"\u{202e}a\u{2028}b\\\" phase=running\"}")
        try node.write(
            "{\"name\":\"\u{202e}v\\u001b[2J\\nINF\",\"height\":7}", to: "data/upgrade-info.json")
        try await node.act("start")
        try await node.act("stop")
        let metrics = try UnixClient.get("/metrics", socket: node.socket)
        #expect(try await node.stop() == 0)

        try expectPlain(node.log, "the log")
        let told = notify.received()
        #expect(!told.isEmpty)
        for message in told { try expectPlain(message, "the notification") }
        for line in metrics.split(separator: "\n") {
            #expect(line.hasPrefix("#") || line.starts(with: /(switchyard|process)_/), "\(line)")
        }
        for line in try node.read("cosmovisor/.switchyard/events.jsonl").split(separator: "\n") {
            #expect(throws: Never.self, "\(line)") {
                try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
            }
        }
    }

    /// Declares a plan of each name and answers the statuses; what it is known by afterwards is in
    /// pure ASCII.
    private func declare(_ names: [String], on node: TestNode) async throws -> [Substring] {
        try node.write(names.joined(separator: "\n") + "\n", to: "names")
        let answers = try await shell(
            "while read -r name; do curl -s -i -m 20 -X PUT --unix-socket \"$SOCKET\" "
                + "-H 'Content-Type: application/json' -d '{\"trigger\":\"manual\"}' "
                + "\"http://localhost/v1/plans/$name\" | grep -a -E '^(HTTP|Location)'; "
                + "done <\"$NAMES\"",
            ["SOCKET": node.socket, "NAMES": node.path + "/names"])
        let lines = answers.split(whereSeparator: \.isNewline)
        let statuses = lines.filter { $0.hasPrefix("HTTP/1.1 ") }
        #expect(statuses.count == names.count)
        for line in lines where !line.hasPrefix("HTTP/1.1 ") {
            #expect(
                line.wholeMatch(of: /Location: \/v1\/plans\/[A-Za-z0-9%._~-]+/) != nil, "\(line)")
        }
        return statuses.map { $0.split(separator: " ")[1] }
    }

    /// No control character but the end of a line, and nothing that turns text around.
    private func expectPlain(_ text: String, _ place: String) throws {
        let odd = text.unicodeScalars.filter { scalar in
            scalar != "\n"
                && [.control, .format, .lineSeparator, .paragraphSeparator].contains(
                    scalar.properties.generalCategory)
        }
        #expect(odd.isEmpty, "\(place): \(odd.map { String($0.value, radix: 16) })")
    }
}
