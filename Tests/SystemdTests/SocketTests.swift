import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// The API's socket is there whether or not the supervisor is.
    @Suite struct SocketTests {
        @Test func `no request is refused over a restart or a crash`() async throws {
            let node = try await BoxedNode.ofOurUnit()
            try await node.systemctl("start")
            // The listener and the node's pidfd.
            try await node.becomes("NFileDescriptorStore", "2")
            try await node.answersThroughout()
            try await node.becomes("NFileDescriptorStore", "2")
            try await node.systemctl("stop")
            #expect(node.ledger.violations == [])
        }

        @Test func `no request is refused while a socket unit listens`() async throws {
            let node = try await BoxedNode.ofOurUnit(environment: ["SWITCHYARD_LISTEN": "systemd"])
            try await node.box.systemctl("start", "switchyard@\(node.name).socket")
            // A request to the socket starts the service.
            _ = try await node.answer()
            try await node.answersThroughout()
            try await node.box.systemctl("stop", "switchyard@\(node.name).socket", node.unit)
            #expect(node.ledger.violations == [])
        }

        @Test func `a node that was stopped is not started by a request`() async throws {
            let node = try await BoxedNode.ofOurUnit()
            try await node.systemctl("start")
            try await node.reaches(3)
            _ = try node.status()
            try await node.systemctl("stop")
            #expect(throws: HarnessError.self) { try node.status() }
            #expect(try await node.property("ActiveState") == "inactive")
            #expect(node.ledger.starts == ["v1"])
        }

        @Test func `the socket's name says how callers are known`() async throws {
            let node = try await BoxedNode.ofOurUnit(environment: [
                "SWITCHYARD_LISTEN": "systemd", "SWITCHYARD_API_HOSTS": "localhost",
            ])
            let dropIn = "/etc/systemd/system/switchyard@\(node.name).socket.d/name.conf"
            try node.box.write("[Socket]\nFileDescriptorName=api-token\n", to: dropIn)
            try await node.box.systemctl("daemon-reload")
            try await node.box.systemctl("start", "switchyard@\(node.name).socket")
            let answer = try await node.answer()
            #expect(answer == "401")
            try await node.box.systemctl("stop", "switchyard@\(node.name).socket", node.unit)
        }
    }
}

extension BoxedNode {
    /// What one request is answered with.
    fileprivate func answer() async throws -> String? {
        let client = try RequestLoop(socket)
        try await client.gets(1)
        return try await client.end().first
    }

    /// Neither a restart nor a kill of the supervisor turns a client away.
    fileprivate func answersThroughout() async throws {
        try await reaches(3)
        let client = try RequestLoop(socket)
        try await client.gets(3)
        try await systemctl("restart")
        try await client.gets(3)
        let restarted = try await client.end()
        #expect(restarted.allSatisfy { $0 == "200" }, "\(restarted.filter { $0 != "200" })")

        let other = try RequestLoop(socket)
        try await other.gets(3)
        try await kill("KILL")
        try await isRestarted()
        try await other.gets(3)
        let killed = try await other.end()
        // The one that was being answered may be cut; the others wait for the next run.
        let lost = killed.filter { $0 != "200" }
        #expect(lost.count <= 1 && lost.allSatisfy { $0.hasPrefix("cut") }, "\(lost)")
        try await goesOn()
    }
}
