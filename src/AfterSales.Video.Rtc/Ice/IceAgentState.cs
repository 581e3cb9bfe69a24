namespace AfterSales.Video.Rtc.Ice;

public enum IceAgentState
{
    /// <summary>Waiting for remote credentials.</summary>
    New,
    Checking,
    Connected,

    /// <summary>The selected path answered nothing for 30 s (RFC 7675), or no pair worked. A restart leads out of it.</summary>
    Failed,
}

public enum IceNomination
{
    /// <summary>One pair is nominated once checks have had time to find a better one (RFC 8445 §8.1.1).</summary>
    Regular,

    /// <summary>Every check nominates (RFC 5245 §8.1.1.2), as Firefox does: quickest, the best pair wins in the end.</summary>
    Aggressive,
}
