using System.Runtime.CompilerServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>Exponential numbers of mean 1 one by one, made in batches.</summary>
/// <param name="random">Own generator.</param>
internal sealed class ExponentialDraws(PhysicsRandom random)
{
    private readonly ulong[] numbers = new ulong[64];
    private int used = 64;

    /// <summary>Never negative, at most 36.05.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Next()
    {
        if (used >= numbers.Length)
        {
            random.Fill(numbers);
            Exponential.FromWords(numbers, 1);
            used = 0;
        }

        return BitConverter.UInt64BitsToDouble(numbers[used++]);
    }
}
