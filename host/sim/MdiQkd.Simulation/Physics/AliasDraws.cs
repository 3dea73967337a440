using System.Runtime.CompilerServices;

namespace MdiQkd.Simulation.Physics;

/// <summary>Draws from an alias table one by one, made in batches.</summary>
/// <param name="table">Table.</param>
/// <param name="random">Generator.</param>
internal sealed class AliasDraws(AliasTable table, PhysicsRandom random)
{
    private readonly ulong[] indices = new ulong[64];
    private int used = 64;

    /// <summary>Draws an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next()
    {
        if (used >= indices.Length)
        {
            random.Fill(indices);
            table.DrawAll(indices);
            used = 0;
        }

        return (int)indices[used++];
    }
}
