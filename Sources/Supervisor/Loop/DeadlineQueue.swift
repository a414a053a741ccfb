/// Elements ordered by deadline: a binary heap, earliest first.
///
/// Elements that ended before their deadline stay until it passes, they reach the front, or
/// `compact` drops them.
struct DeadlineQueue<Element> {
    private var heap: [(deadline: Instant, element: Element)] = []
    private var compactLimit = 64

    var isEmpty: Bool { heap.isEmpty }
    var first: Instant? { heap.first?.deadline }

    mutating func insert(_ element: Element, at deadline: Instant) {
        heap.append((deadline, element))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// The earliest element if its deadline is not after `now`.
    mutating func popFirst(before now: Instant) -> Element? {
        guard let first, first <= now else { return nil }
        return pop()
    }

    mutating func dropWhile(_ isOver: (Element) -> Bool) {
        while let front = heap.first, isOver(front.element) { _ = pop() }
    }

    /// Drops every element that is over, once the queue has doubled since it was last compact.
    ///
    /// A thousand requests a second would else leave thirty seconds' worth behind one old deadline.
    mutating func compact(dropping isOver: (Element) -> Bool) {
        guard heap.count > compactLimit else { return }
        let live = heap.filter { !isOver($0.element) }
        heap.removeAll(keepingCapacity: true)
        for (deadline, element) in live { insert(element, at: deadline) }
        compactLimit = max(64, heap.count * 2)
    }

    private mutating func pop() -> Element? {
        guard let last = heap.popLast() else { return nil }
        guard let result = heap.first else { return last.element }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[smallest].deadline {
                smallest = child
            }
            guard smallest != parent else { return result.element }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
