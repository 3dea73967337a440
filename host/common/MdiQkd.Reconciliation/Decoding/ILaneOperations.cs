namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// The int16 operations of the decoder on one vector width. All widths compute the same values lane by lane, so the
/// decoder's results do not depend on the machine.
/// </summary>
/// <typeparam name="TVector">The vector of int16 lanes.</typeparam>
internal unsafe interface ILaneOperations<TVector>
    where TVector : unmanaged
{
    /// <summary>Lanes of the vector; a power of two, at most 32.</summary>
    static abstract int Lanes { get; }

    /// <summary>Whether this machine has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>All lanes the same.</summary>
    static abstract TVector Broadcast(short value);

    /// <summary>Unaligned load.</summary>
    static abstract TVector Load(short* source);

    /// <summary>Unaligned store.</summary>
    static abstract void Store(TVector value, short* destination);

    /// <summary>Saturating sum.</summary>
    static abstract TVector AddSaturate(TVector a, TVector b);

    /// <summary>Saturating difference.</summary>
    static abstract TVector SubtractSaturate(TVector a, TVector b);

    /// <summary>Wrapping sum.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>Wrapping difference.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>Absolute value; the argument is never -32768.</summary>
    static abstract TVector Abs(TVector a);

    /// <summary>Signed minimum.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>Signed maximum.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>a · 2^<paramref name="count"/>.</summary>
    static abstract TVector ShiftLeft(TVector a, int count);

    /// <summary>(a · b + 2^14) >> 15.</summary>
    static abstract TVector MultiplyRounded(TVector a, TVector b);

    /// <summary>Where <paramref name="a"/> equals <paramref name="b"/>, <paramref name="equal"/>, else <paramref name="other"/>.</summary>
    static abstract TVector SelectEqual(TVector a, TVector b, TVector equal, TVector other);

    /// <summary>Lanes below <paramref name="count"/> from <paramref name="below"/>, the others from <paramref name="above"/>.</summary>
    static abstract TVector SelectBelow(int count, TVector below, TVector above);

    /// <summary><paramref name="magnitude"/>, negated where <paramref name="sign"/> is negative.</summary>
    static abstract TVector Negate(TVector magnitude, TVector sign);

    /// <summary>Asks for a cache line that is loaded soon.</summary>
    static abstract void Prefetch(short* source);
}
