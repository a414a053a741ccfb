import Testing

/// nginx and stunnel as we ship their configurations, and what a proxy must not open.
@Suite(.enabled(if: TLSProxy.areThere, "Debian's nginx-light and stunnel4"))
struct ProxyTests {
    @Test(arguments: TLSProxy.Kind.allCases)
    func `a certificate opens the proxy, and only a token the API`(
        kind: TLSProxy.Kind
    ) async throws {
        let gaia = try await ProxiedNode()
        let proxy = try await TLSProxy(kind, to: gaia.socket, in: gaia.folder)
        let before = try gaia.requests()
        for stranger in ["", "--cert strange.crt --key strange.key"] {
            let answer = try await gaia.curl(proxy, "/livez", stranger)
            // nginx says why, after the handshake; stunnel ends that.
            #expect(answer.hasSuffix(kind == .nginx ? "\n400" : "\n000"), "\(answer)")
        }
        #expect(try gaia.requests() == before)
        #expect(try await gaia.ask(proxy, "/livez") == "ok\n200")
        #expect(try await gaia.ask(proxy, "/v1/status").hasSuffix("\n401"))
        let token = try await shell(
            "\"$SWITCHYARD\" token create --scope read",
            ["DAEMON_HOME": gaia.node.path, "DAEMON_NAME": "simd"])
        let field = "Authorization: Bearer \(token.dropLast())"
        try gaia.node.write("header = \"\(field)\"\n", to: "tls/curlrc")
        let status = try await gaia.ask(proxy, "/v1/status", "-K curlrc")
        #expect(status.hasSuffix("\n200") && status.contains("\"phase\""))
        #expect(try await gaia.ask(proxy, "/v1/status", "-K curlrc --http1.0").hasSuffix("\n200"))
        try await gaia.node.stop()
    }

    @Test(arguments: TLSProxy.Kind.allCases)
    func `no web page gets through with its visitor's certificate`(
        kind: TLSProxy.Kind
    ) async throws {
        let gaia = try await ProxiedNode()
        let proxy = try await TLSProxy(kind, to: gaia.socket, in: gaia.folder)
        let form = "-H 'Content-Type: text/plain' --data 'a=b'"
        for (fields, code) in [
            ("-H 'Host: evil.test'", 421), ("-H 'Host: localhost'", 421),
            ("-H 'Host: evil.test' -H 'Origin: https://evil.test'", 421),
            ("-H 'Origin: https://evil.test' \(form)", 403), ("-H 'Origin: null' \(form)", 403),
            ("-H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: no-cors' \(form)", 403),
            ("-H 'Origin: https://gaia.test'", 401),
        ] {
            let answer = try await gaia.ask(proxy, "/v1/status", fields)
            #expect(answer.hasSuffix("\n\(code)"), "\(fields): \(answer)")
        }
        try await gaia.node.stop()
    }

    @Test(arguments: TLSProxy.Kind.allCases)
    func `paths and large bodies come as they were sent`(kind: TLSProxy.Kind) async throws {
        let gaia = try await ProxiedNode()
        let proxy = try await TLSProxy(kind, to: gaia.socket, in: gaia.folder)
        let path = "/v1//plans/a%2Fb/../%63"
        #expect(try await gaia.ask(proxy, path).contains("\"instance\":\"\(path)\""))
        _ = try await shell("truncate -s 4M \"$FOLDER/large\"", ["FOLDER": gaia.folder])
        for coding in ["", "-H 'Transfer-Encoding: chunked'"] {
            // The answer is ours: nginx does not say that it is too large.
            let answer = try await gaia.ask(proxy, "/nothing", "-T large \(coding)")
            #expect(answer.contains("\"instance\":\"/nothing\"") && answer.hasSuffix("\n404"))
        }
        try await gaia.node.stop()
    }

    @Test func `an nginx that knows no better is refused at the socket for callers of the host`()
        async throws
    {
        let gaia = try await ProxiedNode()
        // What the shipped file says beyond is taken out, and its user could connect.
        let proxy = try await TLSProxy(
            .nginx, to: gaia.node.socket, in: gaia.folder,
            [
                ("proxy_http_version 1.1;", ""), ("proxy_set_header Host $http_host;", ""),
                ("proxy_request_buffering off;", ""), ("proxy_buffering off;", ""),
            ], user: "root")
        for path in ["/v1/status", "/livez"] {
            let answer = try await gaia.ask(proxy, path)
            #expect(answer.contains("/problems/proxy-on-peer-socket") && answer.hasSuffix("\n403"))
        }
        try await gaia.node.stop()
    }
}
