namespace MdiQkd.Authentication.Hashing;

/// <summary>Instruction set that a hash runs on. All paths give identical bits.</summary>
public enum HashPath
{
    /// <summary>64-bit integer multiplications only, free of secret-dependent branches and table look-ups.</summary>
    Portable,

    /// <summary>PCLMULQDQ, one block per vector.</summary>
    Pclmul128,

    /// <summary>VPCLMULQDQ on 256-bit vectors, two blocks per vector.</summary>
    Vpclmul256,

    /// <summary>VPCLMULQDQ on 512-bit vectors, four blocks per vector.</summary>
    Vpclmul512,
}
