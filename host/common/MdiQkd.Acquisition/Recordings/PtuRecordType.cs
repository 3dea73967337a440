namespace MdiQkd.Acquisition.Recordings;

/// <summary>T2 record types of PicoQuant unified TTTR files, as in TTResultFormat_TTTRRecType.</summary>
public enum PtuRecordType
{
    /// <summary>PicoHarp 300 T2.</summary>
    PicoHarp = 0x0001_0203,

    /// <summary>HydraHarp 400 V1 T2.</summary>
    HydraHarpV1 = 0x0001_0204,

    /// <summary>HydraHarp 400 V2 T2.</summary>
    HydraHarpV2 = 0x0101_0204,

    /// <summary>TimeHarp 260 N T2.</summary>
    TimeHarp260N = 0x0001_0205,

    /// <summary>TimeHarp 260 P T2.</summary>
    TimeHarp260P = 0x0001_0206,

    /// <summary>MultiHarp, PicoHarp 330, generic T2.</summary>
    Generic = 0x0001_0207,
}
