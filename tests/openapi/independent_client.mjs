// Calls the simulator with an Alpha Vantage client that was not written for this project.
import alphavantage from 'alphavantage';

export async function askIndependently(base) {
  const settings = { key: 'key-of-the-check' };
  const client = (alphavantage.default ?? alphavantage)(settings);
  settings.base = `${base}/query?apikey=${settings.key}&`;  // read anew for each call

  const problems = [];
  const expect = (truth, what) => truth || problems.push(what);

  const quote = (await client.data.quote('IBM'))['Global Quote'];
  expect(quote?.['01. symbol'] === 'IBM', 'the quote is not of IBM');
  expect(Number(quote?.['05. price']) > 0, 'the quote has no price');

  const daily = client.util.polish(await client.data.daily('IBM'));
  const days = Object.entries(daily.data ?? {});
  expect(days.length === 100, `the daily series has ${days.length} bars, not 100`);
  expect(days.every(([, bar]) => Number(bar.close) > 0), 'a bar has no close');
  expect(days[0]?.[1].close === quote?.['05. price'], 'the newest close is not the price');

  const found = await client.data.search('tesco');
  expect(found.bestMatches?.length > 0, 'the search found nothing');
  return problems;
}
