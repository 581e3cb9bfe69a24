namespace AfterSales.Video.Evidence.Verification;

/// <summary>Collects what the checks found. The worst outcome is the verdict; of several, the first.</summary>
internal sealed class Checklist
{
    private readonly List<VerificationCheck> _checks = [];

    public IReadOnlyList<VerificationCheck> Checks => _checks;

    public bool HasFailed => _checks.Exists(c => c.Outcome == CheckOutcome.Failed);

    public void Pass(string name, string text) => _checks.Add(new VerificationCheck(name, CheckOutcome.Passed, "", text));

    public void Note(string name, string where, string text) => _checks.Add(new VerificationCheck(name, CheckOutcome.Note, where, text));

    public void Incomplete(string name, string where, string text) => _checks.Add(new VerificationCheck(name, CheckOutcome.Incomplete, where, text));

    public void Fail(string name, string where, string text) => _checks.Add(new VerificationCheck(name, CheckOutcome.Failed, where, text));

    /// <summary>Passes when the check added nothing worse since <paramref name="mark"/>.</summary>
    public void PassSince(int mark, string name, string text)
    {
        if (!_checks.Skip(mark).Any(c => c.Outcome is CheckOutcome.Failed or CheckOutcome.Incomplete))
            Pass(name, text);
    }

    public int Mark => _checks.Count;

    public VerificationCheck? Worst =>
        _checks.Find(c => c.Outcome == CheckOutcome.Failed) ?? _checks.Find(c => c.Outcome == CheckOutcome.Incomplete);
}
