import API

/// What a listener asks of every request before any route is looked for.
///
/// In this order: its Host, its origin, its peer; then it says who the caller is.
struct Gate: Sendable {
    let hosts: HostRule
    let standing: PeerPolicy.Standing
    let tokens: TokenBook

    func caller(of head: RequestHead) throws(Problem) -> Caller {
        guard head.headers["upgrade"] == nil else { throw .upgradeRefused }
        guard hosts.admits(head.host) else { throw .hostRefused }
        guard isOfOurOrigin(head), isNoForeignFetch(head) else { throw .originRefused }
        guard standing == .byToken || !isProxied(head) else { throw .proxyOnPeerSocket }
        let holder = holder(in: head)
        switch standing {
        case .byToken: return holder ?? .anonymous
        case .admitted(let uid, let name): return holder ?? .peer(uid: uid, name: name)
        case .refused:
            guard let holder else { throw .peerRefused }
            // Not even what is open to everyone is open to one who may not be here.
            guard holder != .invalidToken else { throw .invalidToken }
            return holder
        }
    }

    /// A token is judged alone, on every listener, and never falls back to the peer.
    /// - Returns: Nil when none is shown.
    private func holder(in head: RequestHead) -> Caller? {
        let fields = head.headers.all("authorization")
        guard let field = fields.first else { return nil }
        return fields.count == 1 ? tokens.caller(authorization: field) : .invalidToken
    }

    private func isOfOurOrigin(_ head: RequestHead) -> Bool {
        let origins = head.headers.all("origin")
        guard let origin = origins.first?.lowercased() else { return true }
        guard origins.count == 1 else { return false }
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            let authority = String(origin.dropFirst(scheme.count))
            return authority == head.host
                || Authority(authority).map(hosts.allowed.contain) ?? false
        }
        return false
    }

    /// Browsers say what a request is for (Fetch Metadata); only a link to the start page may come
    /// from elsewhere, and to no frame of a page.
    private func isNoForeignFetch(_ head: RequestHead) -> Bool {
        let sites = head.headers.all("sec-fetch-site")
        guard !sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }) else { return true }
        let target = head.headers.all("sec-fetch-dest")
        return head.headers.all("sec-fetch-mode") == ["navigate"] && head.method == .get
            && head.target.path == "/" && target.allSatisfy { $0 == "document" }
    }

    /// A tripwire only: nginx without further configuration speaks HTTP/1.0 and adds no field.
    private func isProxied(_ head: RequestHead) -> Bool {
        head.version == .http10
            || head.headers.fields.contains { field in
                field.name == "forwarded" || field.name == "via" || field.name == "x-real-ip"
                    || field.name.hasPrefix("x-forwarded-")
            }
    }
}
