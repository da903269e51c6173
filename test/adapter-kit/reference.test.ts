import { describeAdapterContract } from './describe-adapter-contract.ts';
import { referenceSubject } from './reference/subject.ts';

describeAdapterContract(referenceSubject);
