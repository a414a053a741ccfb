import Testing

@testable import API

struct SlotsTests {
    @Test func `an actor has some of the places, and all have no more than there are`() throws {
        let slots = Slots<String>(total: 3, each: 2)
        var held = [try slots.take(for: "a"), try slots.take(for: "a")]
        #expect(throws: SlotRefusal.actorHasAll) { try slots.take(for: "a") }
        held.append(try slots.take(for: "b"))
        #expect(throws: SlotRefusal.allTaken) { try slots.take(for: "c") }
        #expect(throws: SlotRefusal.actorHasAll) { try slots.take(for: "a") }
        #expect(slots.taken == 3)
        held.removeFirst()
        #expect(slots.taken == 2)
        held.append(try slots.take(for: "a"))
        held = []
        #expect(slots.taken == 0)
    }

    @Test func `the numbers are those of the contract`() throws {
        let streams = Slots<Int>.streams()
        let held = try (0..<16).map { try streams.take(for: $0 / 4) }
        #expect(throws: SlotRefusal.allTaken) { try streams.take(for: 4) }
        let uploads = Slots<Int>.uploads()
        let one = try uploads.take(for: 0)
        #expect(throws: SlotRefusal.actorHasAll) { try uploads.take(for: 0) }
        withExtendedLifetime((held, one)) {}
    }

    @Test func `a refusal has a problem of its own`() {
        #expect(Problem(stream: .actorHasAll).slug == "too-many-streams")
        #expect(Problem(stream: .allTaken).status == .serviceUnavailable)
        #expect(Problem(upload: .allTaken).slug == "too-many-uploads")
        #expect(Problem(upload: .actorHasAll).slug == "upload-in-progress")
        #expect(Problem(upload: .actorHasAll).status == .conflict)
    }
}
