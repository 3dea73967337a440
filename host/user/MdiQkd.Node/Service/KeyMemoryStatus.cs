using MdiQkd.KeyMaterial;

namespace MdiQkd.Node.Service;

/// <summary>Account of the memory that holds key in this process.</summary>
/// <param name="LockedBytes">In use and locked: never swapped out, not in a core dump.</param>
/// <param name="UnlockedBytes">In use and not locked.</param>
/// <param name="Refusal">Why memory was not locked the last time that it was not; empty if it always was.</param>
public sealed record KeyMemoryStatus(long LockedBytes, long UnlockedBytes, string Refusal)
{
    /// <summary>As it is now.</summary>
    public static KeyMemoryStatus Now => new(KeyMemory.LockedBytes, KeyMemory.UnlockedBytes, KeyMemory.Refusal ?? string.Empty);
}
