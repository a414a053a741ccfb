import Testing

@testable import API
@testable import Supervisor

struct CallerTests {
    @Test func `a caller acts as who it is, or as nobody`() {
        #expect(
            Caller.peer(uid: 7, name: "ops").originator
                == Originator(kind: .peer, uid: 7, label: "ops"))
        #expect(Caller.peer(uid: 4242).originator == Originator(kind: .peer, uid: 4242))
        let token = Caller.token(id: "k7qm2x4a", label: "ci", scope: .read)
        #expect(token.originator == Originator(kind: .token, id: "k7qm2x4a", label: "ci"))
        #expect(Caller.anonymous.originator == nil)
        #expect(Caller.invalidToken.originator == nil)
    }

    @Test(arguments: Scope.allCases, Scope.allCases)
    func `a scope includes those before it`(owned: Scope, needed: Scope) throws {
        let order: [Scope] = [.read, .stage, .operate]
        let rank = try #require(order.firstIndex(of: owned))
        let isEnough = try rank >= #require(order.firstIndex(of: needed))
        #expect(Caller.token(id: "k7qm2x4a", label: nil, scope: owned).may(needed) == isEnough)
        #expect(Caller.peer(uid: 7).may(needed))
        #expect(!Caller.anonymous.may(needed) && !Caller.invalidToken.may(needed))
    }
}
