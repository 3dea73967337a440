using MdiQkd.Preparation;
using MdiQkd.Protocol;

namespace MdiQkd.Simulation.Tests.Physics;

/// <summary>Always the same label, bits from a hash of the slot.</summary>
internal sealed class FixedLabelStates(IntensityLabel label, ulong salt) : IPreparedStates
{
    public bool TryRead(ReadOnlySpan<long> slots, Span<byte> packed)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            packed[i] = new PreparedState(label, Bit((ulong)slots[i])).Packed;
        }

        return true;
    }

    private int Bit(ulong slot)
    {
        // SplitMix64 finaliser.
        ulong z = slot + (salt * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) >> 63);
    }
}
