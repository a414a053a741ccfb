import Testing

@testable import API
@testable import Supervisor

struct ResourceTests {
    @Test func `status without knowledge has every member, null`() async throws {
        let response = try await Router(board: StatusBoard(.bare)).get("/v1/status")
        #expect(response.status == .ok)
        #expect(response.header("Content-Type") == "application/json")
        #expect(
            response.text == #"{"current":null,"daemon":null,"height":null,"hold":null,"#
                + #""instance":"k3f9","next":null,"operation":null,"#
                + #""phase":{"name":"idle","reason":null,"reason_code":null,"remedy":null,"#
                + #""since":"2026-11-23T06:55:57.120Z","step":null,"until":null,"#
                + #""waiting_for":null},"previous":null,"supervisor":{"pid":812,"#
                + #""resumed":"fresh","started_at":"2026-11-23T06:55:57.120Z","#
                + #""version":"1.0.0","watchdog":true}}"#)
    }

    @Test func `status shows all that is known`() async throws {
        let text = try await Router(board: StatusBoard(.full)).get("/v1/status").text
        let parts = [
            #""hold":{"actor":"root","reason":"moving","since":"2026-11-23T06:55:57.120Z"}"#,
            #""daemon":{"adopted":false,"exits":[{"at":"2026-11-23T06:55:57.120Z","code":null,"#
                + #""expected":true,"pid":877,"signal":"SIGTERM","uptime_seconds":86400.2},"#,
            #""code":2,"expected":false,"pid":878,"signal":null,"uptime_seconds":1}"#,
            #""code":null,"expected":false,"pid":879,"signal":null,"uptime_seconds":null}"#,
            #""pid":901,"restarts":1,"started_at":"#,
            #""height":{"catching_up":false,"observed_at":"2026-11-23T06:55:57.120Z","#
                + #""source":"rpc","value":1199950}"#,
            #""current":{"applied_at":"2026-11-23T06:55:57.120Z","directory":"upgrades/v2","#
                + #""plan":"v2","provisional":false,"sha256":"5f70"}"#,
            #""previous":{"applied_at":null,"directory":"genesis","plan":null,"#
                + #""provisional":false,"sha256":null}"#,
            #""next":{"blocks_left":50,"expected_at":"2026-11-23T06:55:57.120Z","#
                + #""height":1200000,"plan":"v3","verdict":"warn"}"#,
        ]
        for part in parts { #expect(text.contains(part)) }
    }

    @Test func `plans are a list with every member`() async throws {
        let text = try await Router(board: StatusBoard(.full)).get("/v1/plans").text
        #expect(
            text == #"{"items":[{"applied_at":null,"binary":{"files":1,"sha256":"5f70","#
                + #""size_bytes":98304000,"source":null,"#
                + #""staged_at":"2026-11-23T06:55:57.120Z","state":"staged","#
                + #""trust":"hand_placed"},"created_at":"2026-11-23T06:55:57.120Z","#
                + #""directory":"upgrades/v3","expected_sha256":null,"height":1200000,"#
                + #""info":null,"name":"v3","origin":"chain","#
                + #""reason":"height 1199950, plan is for 1200000","#
                + #""reason_code":"before_height","state":"pending","trigger":"chain","#
                + #""verdict":"warn"}]}"#)
    }

    @Test func `an absent binary has a state and nothing else`() async throws {
        var status = Status.full
        status.plans[0].binary = .absent
        let text = try await Router(board: StatusBoard(status)).get("/v1/plans").text
        #expect(
            text.contains(
                #""binary":{"files":null,"sha256":null,"size_bytes":null,"source":null,"#
                    + #""staged_at":null,"state":"absent","trust":null}"#))
    }

    @Test(arguments: [
        (nil, "null"), ("", "null"), (" \n", "null"),
        (
            #"{"binaries":{"linux/amd64":"https://x/y"}}"#,
            #"{"archive_digest":null,"form":"inline","url":null}"#
        ),
        (#"{"binaries":3}"#, #"{"archive_digest":null,"form":"text","url":null}"#),
        ("{", #"{"archive_digest":null,"form":"text","url":null}"#),
        (
            " https://x/y?checksum=sha256:00 ",
            #"{"archive_digest":null,"form":"url","url":"https://x/y?checksum=sha256:00"}"#
        ),
        ("see https://x/y", #"{"archive_digest":null,"form":"text","url":null}"#),
        ("://x", #"{"archive_digest":null,"form":"text","url":null}"#),
        ("v3", #"{"archive_digest":null,"form":"text","url":null}"#),
    ])
    func `the form of a plan's info is told`(info: String?, json: String) async throws {
        var status = Status.full
        status.plans[0].info = info
        let text = try await Router(board: StatusBoard(status)).get("/v1/plans").text
        #expect(text.contains(#""info":\#(json),"#))
    }

    @Test(arguments: [
        (15, "SIGTERM"), (9, "SIGKILL"), (1, "SIGHUP"), (31, "SIGSYS"), (34, "SIG34"),
    ])
    func `signals have their names`(number: Int32, name: String) {
        #expect(signalName(number) == name)
    }
}
