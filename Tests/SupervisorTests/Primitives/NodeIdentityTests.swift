import Testing

@testable import Supervisor

struct NodeIdentityTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
    }

    private func id(of text: String) throws -> String? {
        try home.write(text, to: "node_key.json")
        return NodeIdentity.id(ofKeyFile: home["node_key.json"])
    }

    @Test func `the id is that of the public key`() throws {
        // The key pair of RFC 8032, section 7.1, test 1; the id by `xxd -r -p | sha256sum`.
        let value =
            "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg=="
        let file = #"{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"\#(value)"}}"#
        #expect(try id(of: file) == "21fe31dfa154a261626bf854046fd2271b7bed4b")
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"priv_key":null}"#, #"{"priv_key":{"value":"?"}}"#,
        #"{"priv_key":{"value":"AAAA"}}"#, #"{"priv_key":{"value":7}}"#,
    ])
    func `without a key of the usual kind there is no id`(text: String) throws {
        #expect(try id(of: text) == nil)
    }

    @Test func `a key file that is a link or not there has no id`() throws {
        #expect(NodeIdentity.id(ofKeyFile: home["absent"]) == nil)
        try home.makeLink("link", to: "/dev/zero")
        #expect(NodeIdentity.id(ofKeyFile: home["link"]) == nil)
    }
}
